/**
 * Plain data of this room. Names of options are PM2's own
 * (https://pm2.keymetrics.io/docs/usage/application-declaration/).
 */

export type EcosystemFormat = 'yml' | 'json' | 'js'

/**
 * One entry of `apps`: every option PM2 knows, spelled as PM2 spells it, aliases already folded
 * into one name.
 */
export interface EcosystemApp {
  name: string
  script: string
  args?: string | string[]
  cwd?: string
  interpreter?: string
  node_args?: string | string[]
  exec_mode?: 'cluster' | 'fork'
  instances?: number | 'max'
  env?: Record<string, string>
  [option: string]: unknown
}

/** `health:` as a map. */
export interface HealthTarget {
  path?: string
  /** 200-399,401 */
  status?: string
  /** A value of $NAME is that of an environment variable of the machine that deploys. */
  header?: Record<string, string>
  /** Longest wait for it, such as 90s. */
  timeout?: string
}

/** One environment of the `deploy:` block, PM2's place for it. */
export interface DeployTarget {
  app?: string
  /** Of the pipeline that the app is in. */
  stage?: 'review' | 'development' | 'staging' | 'production'
  ref?: string
  env?: string
  /** A path, `none`, or more about it. */
  health?: string | HealthTarget
  /** Process type → "2:standard-1x" or "2". */
  formation?: Record<string, string>
  /** Names of config vars that must be set; never values. */
  config?: string[]
  subdirectory?: string
  /**
   * Keys of PM2's own ssh deploy that stand beside ours, by name; they mean nothing to a deploy to
   * Heroku.
   */
  ssh?: string[]
}

export interface Ecosystem {
  /** Absolute path of the file. */
  file: string
  format: EcosystemFormat
  apps: EcosystemApp[]
  deploy: Record<string, DeployTarget>
  /**
   * Names of environments in `deploy:` that hold PM2's ssh keys (user, host, repo, path …) and
   * nothing of ours.
   */
  sshTargets: string[]
  /**
   * Variables of `deploy.NAME.env`, a map, which `--env NAME` gives to every app; absent if there
   * are none.
   */
  deployEnv?: Record<string, Record<string, string>>
  /**
   * What is wrong or doubtful, with its place. A file with an `error` must not be run or deployed.
   */
  problems: EcosystemProblem[]
}

export interface EcosystemProblem {
  severity: 'error' | 'warning'
  /** Where in the data: apps/0/instances */
  path: string
  /** 1-based place in the file; absent for a .js file, whose values have no place. */
  line?: number
  column?: number
  message: string
  /** "did you mean max_memory_restart?" */
  suggestion?: string
  /**
   * A package that a .js file requires and that is not installed: nothing is known of the file yet.
   */
  absentPackage?: string
}
