/**
 * The name of the supervisor's socket as `net` takes it: `@` stands for the zero byte of a socket
 * without a file, which no environment can hold. A file of its own, since the preload in each
 * instance has it too, and nothing else of the supervisor's.
 */
export function addressOf(name: string): string {
  return name.startsWith('@') ? `\0${name.slice(1)}` : name
}
