/** The end of a sentence on what was changed: the release that it made, if one is known. */
export const andReleased = (release: number | null): string =>
  release === null ? '' : ` and released v${release}`
