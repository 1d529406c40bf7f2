/**
 * Log lines → readings → one model of the formation → plain reports. Views of it are in ui/;
 * nothing here prints.
 */
export type * from './reading.js'
export { readLine } from './read-line.js'
export { requestedPath } from './platform-line.js'
export { changeInWords, isBadChange } from './change-words.js'
export { errorFilter, isErrorText } from './error-lines.js'
export { FormationModel } from './model.js'
export type { DynoModel, ErrorLine, FormationEvent } from './dyno.js'
export { statusAfter, type InstanceModel } from './instance.js'
export { LIMITS } from './limits.js'
export { takeSnapshot, type Snapshot, type SnapshotOptions } from './snapshot.js'
export { watchFormation, type WatchOptions } from './watch.js'
export { reportDynos, type DynoReport, type InstanceReport } from './report.js'
export { AppNames } from './app-names.js'
export { readLog, type LogQuery } from './log.js'
export { detailsOf, type Details, type PastEvent, type PastException } from './details.js'
export { EMPTY_SERIES, seriesOf, SPAN, type Series, type SeriesOf } from './series.js'
export type { AppMetric } from './app-values.js'
export { Ring } from './ring.js'
export { ownText } from './ring.js'
