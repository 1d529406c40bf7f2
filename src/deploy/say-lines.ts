/** Says a stream of text in pieces of any length line by line, as it comes. */
export async function sayLines(pieces: AsyncIterable<string>, say: (line: string) => void): Promise<void> {
  let partial = ''
  for await (const text of pieces) {
    const lines = (partial + text).split('\n')
    partial = lines.pop() ?? ''
    for (const line of lines) say(line)
  }
  if (partial) say(partial)
}
