/**
 * The name of the supervisor's socket as `net` takes it: `@` stands for the zero byte of a socket
 * without a file, which no environment can hold.
 */
export function addressOf(name: string): string {
  return name.startsWith('@') ? `\0${name.slice(1)}` : name
}
