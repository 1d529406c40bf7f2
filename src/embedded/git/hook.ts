import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { quote } from 'shell-quote'
import { sync as writeFileAtomicSync } from 'write-file-atomic'
import type { Folders } from '../store/types.js'

/** What the pre-receive hook finds in its environment. The secret itself is only in the file. */
export const HOOK_ENV = {
  url: 'SHIPIT_BUILD_URL',
  secretFile: 'SHIPIT_BUILD_SECRET_FILE',
  push: 'SHIPIT_PUSH_ID',
  archives: 'SHIPIT_ARCHIVES_DIR',
  app: 'SHIPIT_APP_NAME',
} as const

/**
 * Where the hook leaves the pushed trees for the builder; the builder removes each, and all of them
 * at start.
 */
export function archivesDir(folders: Folders): string {
  return path.join(folders.builds, 'incoming')
}

interface InstalledHook {
  hooksDir: string
  secretFile: string
  secret: string
}

/**
 * Writes the one hook that all repositories share, and a secret that holds as long as this process.
 */
export function installHook(folders: Folders): InstalledHook {
  const hooksDir = path.join(folders.root, 'hooks')
  mkdirSync(hooksDir, { recursive: true })
  mkdirSync(archivesDir(folders), { recursive: true })
  const secret = randomBytes(32).toString('hex')
  const secretFile = path.join(folders.root, 'hook-secret')
  writeFileAtomicSync(secretFile, secret, { mode: 0o600 })
  writeFileAtomicSync(
    path.join(hooksDir, 'pre-receive'),
    `#!/bin/sh\nexec ${quote(hookCommand())}\n`,
    { mode: 0o755 },
  )
  return { hooksDir, secretFile, secret }
}

/**
 * From sources the hook is TypeScript and needs the loader that this process has; built, it is
 * plain JavaScript.
 */
function hookCommand(): string[] {
  const extension = path.extname(import.meta.filename)
  const loader =
    extension === '.ts'
      ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
      : []
  return [process.execPath, ...loader, path.join(import.meta.dirname, `pre-receive${extension}`)]
}
