// Opening a port, and what a request asks for, for all that speaks HTTP here.
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { SallyportError } from "@sallyport/guard";

/** Resolves with the port. @throws {SallyportError} `ERR_CONFIG_INVALID` when it cannot be had; `place` is the option that says it. */
export function listen(server: Server, host: string, port: number, place: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        new SallyportError("ERR_CONFIG_INVALID", `cannot listen on ${host}:${port}: ${cause.code ?? cause.name}`, {
          place,
          remedy: "Choose another port or host, or stop what is listening there.",
        }),
      ),
    );
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Compared and never resolved: a request's target is whatever its sender wrote, and need not be a URL. */
export const pathOf = (target: string | undefined): string => target?.split("?", 1)[0] ?? "";
