const os = require('node:os')

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
