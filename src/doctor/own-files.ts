const NOT_OWN = /(^|\/)(node_modules|tests?|__tests__|spec|fixtures?|__fixtures__|examples?)\//

/**
 * Whether a file is the app's own text: not a dependency's, not a stand-in that a test or an
 * example needs. `mode` is git's. A file of its own for what gathers files and what checks them.
 */
export const isOwn = ({ path: file, mode }: { path: string; mode: string }): boolean =>
  mode.startsWith('100') && !NOT_OWN.test(file)
