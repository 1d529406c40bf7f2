import path from 'node:path'

/**
 * What NODE_OPTIONS has to say so that a Node that an instance starts loads the preload: behind
 * what it says already. A file of its own: the supervisor says it, which has no preload.
 */
export function attachedTo(options: string | undefined, lib: string): string {
  const file = path.join(lib, 'attach.cjs')
  const flag = `--require "${file.replace(/[\\"]/g, '\\$&')}"`
  return options?.includes(flag) ? options : `${options ?? ''} ${flag}`.trim()
}
