// For faults that must not change what is answered and must not go unheard: said on standard error, the first time.

export function sayOnce(what: string): (error: unknown) => void {
  let said = false;
  return (error) => {
    if (!said) process.emitWarning(`${what}: ${error instanceof Error ? error.message : typeof error}`, { type: "SallyportWarning" });
    said = true;
  };
}
