/** A method that has nothing to do. */
export async function accept(): Promise<void> {}
