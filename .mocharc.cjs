const fs = require('node:fs')
const os = require('node:os')

/**
 * The tests write some gigabytes of small files and throw them away. In memory, where there is
 * plenty, that takes an eighth less of the processor.
 */
const IN_MEMORY = '/dev/shm'
const PLENTY = 8 * 1024 ** 3

if (process.env.TMPDIR === undefined && canHoldFiles(IN_MEMORY)) process.env.TMPDIR = IN_MEMORY

/** Programs are among the files: where nothing may be executed they would not run. */
function canHoldFiles(folder) {
  if (process.platform !== 'linux' || !fs.existsSync(folder)) return false
  const mounted = fs
    .readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, place]) => place === folder)
  const options = mounted?.[3]?.split(',')
  if (!options?.includes('rw') || options.includes('noexec')) return false
  const { bavail, bsize } = fs.statfsSync(folder)
  return Math.min(bavail * bsize, os.freemem()) > PLENTY
}

module.exports = {
  import: 'tsx',
  require: ['./test/machine-node.cjs', './test/lost-rejections.cjs'],
  extension: ['ts'],
  ignore: ['test/bench/**'],
  reporter: './test/reporter.cjs',
  timeout: 60000,
  slow: 2000,
  forbidOnly: true,
  exit: false,
  parallel: true,
  // Most of a file's time is waiting for processes: two more than there are cores keep these busy.
  jobs: os.availableParallelism() + 2,
}
