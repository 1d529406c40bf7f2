#!/usr/bin/env node
'use strict'
const path = require('node:path')

const [word = '', ...rest] = process.argv.slice(2)
if (word === '--version' && rest.length === 0) {
  const { name, version } = require('../package.json')
  process.stdout.write(`${name}/${version} ${process.platform}-${process.arch} node-${process.version}\n`)
} else {
  const { load } = require('../dist/code-cache.cjs')
  const isHelp = word === '' || rest.some((arg) => arg === '--help' || arg === '-h')
  load(path.join(__dirname, '../dist/shipit.cjs'), isHelp ? 'help' : word).main()
}
