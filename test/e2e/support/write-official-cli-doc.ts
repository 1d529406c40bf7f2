import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { packageRoot } from '../../../src/paths.js'
import { GROUPS } from '../official-cli.cases.js'
import { officialCliDocument } from './official-cli-doc.js'

writeFileSync(path.join(packageRoot, '.github/docs/official-cli.md'), officialCliDocument(GROUPS))
