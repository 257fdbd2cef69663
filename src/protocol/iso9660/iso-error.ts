/** An image that cannot be written as asked, or one that breaks ECMA-119 or a bound of the reader. */
export class IsoError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'IsoError';
  }
}
