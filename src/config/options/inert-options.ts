/**
 * Declared options that nothing reads yet, by group: naming one in a file gives a warning. `npm run inert-options` writes this list
 * from the sources, and a test keeps the two equal.
 */
export const inertOptions: Readonly<Record<string, readonly string[]>> = {};
