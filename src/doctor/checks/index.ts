import type { Check } from '../check.js'
import { databaseConnections } from './database-connections.js'
import { databaseVars } from './database-vars.js'
import { engines, nodeModules, runtimeDependency, singleLockfile } from './dependencies.js'
import { devDependencies } from './dev-dependencies.js'
import { sqlite, uploads } from './disk.js'
import { entry } from './entry.js'
import { ignoredOptions } from './ignored.js'
import { instances, socketIo } from './instances.js'
import { listen } from './listen.js'
import { memoryLimit } from './memory-limit.js'
import { migrations } from './migrations.js'
import { lockfileInStep } from './lockfile-in-step.js'
import { prismaClient } from './prisma-client.js'
import { packageManagers, plugAndPlay } from './managers.js'
import { onePort } from './one-port.js'
import {
  absolutePaths,
  ecosystemProblems,
  logFiles,
  portInEnv,
  sshTargets,
  watch,
} from './options.js'
import { buildpacks, configSet, configShadowed, dynos, preboot, theApp } from './platform.js'
import { outsideDependencies } from './outside.js'
import { processTypes, webProcess } from './processes.js'
import { procfile } from './procfile.js'
import { programs } from './programs.js'
import { dependencyProtocols } from './protocols.js'
import { envFiles, pm2Secrets, privateKeys, secretValues } from './secrets.js'
import { lfs, size, submodules } from './size.js'
import {
  committed,
  ecosystemFileThere,
  packageJson,
  repository,
  slugignore,
  startScript,
} from './start.js'
import { subfolder } from './subfolder.js'

/** All checks, in the order in which they are told. */
export const CHECKS: readonly Check[] = [
  repository,
  packageJson,
  ecosystemFileThere,
  startScript,
  procfile,
  processTypes,
  webProcess,
  programs,
  committed,
  slugignore,
  runtimeDependency,
  singleLockfile,
  packageManagers,
  plugAndPlay,
  lockfileInStep,
  dependencyProtocols,
  outsideDependencies,
  engines,
  devDependencies,
  prismaClient,
  nodeModules,
  entry,
  listen,
  instances,
  memoryLimit,
  onePort,
  socketIo,
  migrations,
  ecosystemProblems,
  sshTargets,
  portInEnv,
  watch,
  logFiles,
  ignoredOptions,
  absolutePaths,
  envFiles,
  privateKeys,
  secretValues,
  pm2Secrets,
  sqlite,
  uploads,
  size,
  lfs,
  submodules,
  subfolder,
  theApp,
  configSet,
  configShadowed,
  databaseVars,
  databaseConnections,
  buildpacks,
  dynos,
  preboot,
]
