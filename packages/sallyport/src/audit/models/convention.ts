// What models say of functions that nothing registers, in words of their own.
/** Functions that a platform calls though nothing in the source registers them. */
export interface Convention {
  /** Names that the function may be exported by; absent: any. */
  readonly exported?: readonly string[];
  /** A consumer that is called with this type, where nothing declares its parameter's. */
  readonly gives?: string;
  /** And that reads members of these names: the first of its parameter, the others there or in functions of its file that it names. */
  readonly reads?: readonly string[];
  /** A tool whose file stands in this folder (`src/tools`) or below, in a program that imports the package. */
  readonly under?: string;
  /** One of these is exported beside it. */
  readonly beside?: readonly string[];
  /** `name` and `schema` are exports of the file: `metadata.name`. */
  readonly tool?: { readonly name?: string; readonly schema?: string; readonly input: string; readonly validated: boolean };
}
