/**
 * The preload's bundle begins here: loaded before the app into every Node instance, and into every
 * Node that one starts.
 */
import { BOOT_ID_VAR } from '../boot-id.js'
import { answerProbes } from './answer-probes.js'
import { installInstance } from './instance.js'
import { raiseKeepAlive } from './keep-alive.js'
import { isThread } from './threads.js'

const bootId = process.env[BOOT_ID_VAR]
// In threads and children too: whichever process answers, it is of this boot.
if (bootId) answerProbes(bootId)
if (process.env.DYNO) raiseKeepAlive()

if (!isThread() && process.env.SHIPIT_INSTANCE === String(process.ppid)) installInstance(__dirname)
else (require('./tree-member.js') as typeof import('./tree-member.js')).installTreeMember(__dirname)
