/**
 * The deploy: a plan as plain data, the steps that carry it out, and what undoes them. Reports
 * through events and prints nothing.
 */
export { deploySource, type DeploySource } from './source/source.js'
export { appFolder, examineApp, examineFolder, type DoctorSource } from './source/examine.js'
export { examineDeployed } from './source/examine-deployed.js'
export { findProject, type Project } from './source/project.js'
export { prepareDeploy, prepareUpload, type Prepared } from './source/prepare.js'
export { stopOnSignals } from './rollback/stop-signals.js'
export { chooseEnvironment, whichEnvironment, type Environment } from './source/target.js'
export { typedScale } from './formation.js'
export { makePlan, planDeploy, type DeployPlan, type PlanRequest } from './plan.js'
export { describeInProgress, type InProgress } from './lock/in-progress.js'
export { deployInTurn, type DeployView } from './lock/in-turn.js'
export { prebootNote, prebootOf, waitForPreboot } from './health/preboot.js'
export { duration } from './deployment.js'
export { healthHeaders } from './health/health-check.js'
export { runDeploy, type DeployResult } from './run.js'
export { Interruption, stoppedBy, type StopSignal } from './rollback/interrupt.js'
export type { DeployEvent, DeployEvents, StepName } from './events.js'
export type { GitPush, Platform } from './platform.js'
export { doctorSource, gitPush, herokuPlatform } from './heroku-platform.js'
export { sourceUpload } from './source-upload.js'
