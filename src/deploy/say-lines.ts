/** Says a stream of text in pieces of any length line by line, as it comes. */
async function sayLines(pieces: AsyncIterable<string>, say: (line: string) => void): Promise<void> {
  let partial = ''
  for await (const text of pieces) {
    const lines = (partial + text).split('\n')
    partial = lines.pop() ?? ''
    for (const line of lines) say(line)
  }
  if (partial) say(partial)
}

/**
 * The same of a build or a release phase, whose status is what decides: that its output broke off
 * is only said.
 */
export async function sayOutput(
  pieces: AsyncIterable<string>,
  of: 'build' | 'release phase',
  { say, signal }: { say: (line: string) => void; signal: AbortSignal },
): Promise<void> {
  try {
    await sayLines(pieces, say)
  } catch (error) {
    signal.throwIfAborted()
    say(
      `(the output of the ${of} broke off: ` +
        `${error instanceof Error ? error.message : String(error)})`,
    )
  }
}
