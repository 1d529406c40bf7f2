/** npm run docs:dashboard: pictures of the dashboard, of a real run where one shows the state. */
import path from 'node:path'
import { packageRoot } from '../../src/paths.js'
import { Camera } from './dashboard/camera.js'
import { takeStaged } from './dashboard/fixture-shots.js'
import { takeReal } from './dashboard/real-shots.js'

const camera = await Camera.open(path.join(packageRoot, '.github/docs/dashboard'))
try {
  if (process.env.SHIPIT_PICTURES !== 'real')
    await takeStaged(camera, path.join(packageRoot, 'dist/dashboard'))
  if (process.env.SHIPIT_PICTURES !== 'staged') await takeReal(camera)
} finally {
  await camera.close()
}
