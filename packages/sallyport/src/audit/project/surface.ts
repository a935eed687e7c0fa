// Which part of a project a file is: what runs in production, or what stands beside it. A fault in a test is not a
// fault of the product.
import type { Surface } from "../../finding/finding.ts";

const TEST =
  /(^|\/)(tests?|__tests__|__mocks__|spec|specs|e2e|testdata|fixtures?|mocks?|testing|test-utils)\/|(\.|_|-)(test|spec|e2e)\.[a-z]+$|(^|\/)(test_[^/]*|conftest)\.py$|(^|\/)(jest|vitest|playwright)\.[^/]*$|(^|\/)setup-?tests?\.[a-z]+$/i;
const EXAMPLE = /(^|\/)(examples?|samples?|demos?|playground|tutorials?|docs?|documentation|benchmarks?|bench)\//i;
const SCRIPT =
  /(^|\/)(scripts?|tools\/scripts|ci|\.github|hack|migrations?)\/|(^|\/)(gulpfile|gruntfile|webpack\.[^/]*|rollup\.[^/]*|vite\.[^/]*|esbuild\.[^/]*|tsup\.[^/]*|eslint\.[^/]*|setup)\.[a-z]+$/i;
const GENERATED = /(^|\/)(generated|__generated__|gen)\/|\.(pb|generated|gen)\.[a-z]+$|_pb2(_grpc)?\.py$/i;

export function surfaceOf(file: string): Surface {
  if (TEST.test(file)) return "test";
  if (EXAMPLE.test(file)) return "example";
  if (SCRIPT.test(file)) return "script";
  return GENERATED.test(file) ? "generated" : "product";
}
