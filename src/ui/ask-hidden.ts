/** Asks for a secret on the terminal, without showing what is typed. On stderr: stdout may be for one JSON object. */
export async function askHidden(message: string): Promise<string> {
  const { password } = await import('@inquirer/prompts')
  return password({ message, mask: false }, { output: process.stderr })
}
