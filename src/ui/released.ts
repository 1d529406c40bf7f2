/** The end of a sentence on what was changed: the release that it made, where one is known. */
export const andReleased = (release: number | null): string =>
  release === null ? '' : ` and released v${release}`
