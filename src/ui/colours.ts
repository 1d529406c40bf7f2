import pc from 'picocolors'

/**
 * Colours for a stream: none off a terminal, whatever picocolors thinks of CI, and none under
 * NO_COLOR.
 */
export const colours = (stream: { isTTY?: boolean } = process.stdout) =>
  pc.createColors(Boolean(stream.isTTY) && pc.isColorSupported)
