// A daemon to be killed with -9: starts the dynos of one app in the folder that it is told, and
// nothing else.
import { createDynos } from '../../../src/embedded/dynos/index.js'
import { FakeLogplex, FakeStore, LIMITS } from './fakes.js'

const { app, folders } = JSON.parse(process.argv[2]!)
const store = new FakeStore()
store.apps.push(app)
createDynos({ store, logplex: new FakeLogplex(), folders, limits: LIMITS }).reconcile(
  app.id,
  'release',
)
