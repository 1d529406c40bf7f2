/**
 * Written by the build from src/commands: each command under its id, such as `keys:set`, loaded
 * when it is asked for.
 */
declare module 'shipit:commands' {
  import type { Command } from '@oclif/core'
  export const COMMANDS: Readonly<Record<string, Command.Class>>
}
