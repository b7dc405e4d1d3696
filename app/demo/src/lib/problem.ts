/** A failure that people can act on: what is wrong, and what to do next. */
export class Problem extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Problem';
    this.remedy = remedy;
  }
}
