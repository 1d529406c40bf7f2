#!/usr/bin/env node
'use strict'
// The CLI of the working tree: builds if a source is newer than the build, then runs it.
const { execFileSync } = require('node:child_process')
const { readdirSync, statSync } = require('node:fs')
const path = require('node:path')

const root = path.join(__dirname, '..')
const changedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
const newest = Math.max(
  ...readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' }).map((name) =>
    changedAt(path.join(root, 'src', name)),
  ),
)
if (newest > changedAt(path.join(root, 'dist/cli/shipit.cjs')))
  execFileSync(process.execPath, [path.join(root, 'src/build/build.mjs')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
require('./shipit.js')
