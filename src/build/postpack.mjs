// npm's `postpack`.
import path from 'node:path'
import { bringBack } from './package-json.mjs'

bringBack(path.resolve(import.meta.dirname, '../..'))
