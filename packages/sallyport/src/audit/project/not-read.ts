// What an audit could not read of a project, or does not, and why.

export interface NotRead {
  readonly file: string;
  readonly why: string;
}
