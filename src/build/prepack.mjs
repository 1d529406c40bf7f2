// npm's `prepack`: what npm packs is built, and its package.json is the one for users until postpack.mjs.
import path from 'node:path'
import { bringBack, putAside } from './package-json.mjs'

const root = path.resolve(import.meta.dirname, '../..')

bringBack(root)
await import('./build.mjs')
putAside(root)
