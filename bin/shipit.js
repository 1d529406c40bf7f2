#!/usr/bin/env node
'use strict'
const path = require('node:path')

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`shipit needs Node.js 20.19 or newer, and this is ${process.version}.\n`)
  process.exit(1)
}

const [word = '', ...rest] = process.argv.slice(2)
if (['--version', '-v', 'version'].includes(word) && rest.length === 0) {
  const { name, version } = require('../package.json')
  process.stdout.write(
    `${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`,
  )
} else {
  const { load } = require('../dist/code-cache.cjs')
  // Alone it is the help in a pipe, and about the folder on a terminal.
  const alone = require('node:tty').isatty(1) ? 'overview' : 'help'
  const isHelp = [word, ...rest].some((arg) => arg === '--help' || arg === '-h')
  load(path.join(__dirname, '../dist/cli/shipit.cjs'), isHelp ? 'help' : word || alone).main()
  // Nothing is left to do then, and the process is over at once: Node.js would first take its heap
  // apart.
  process.on('beforeExit', () => process.exit())
}
