import { ShipitError } from '../../errors.js'
import { findClues, type Clue } from './candidates.js'
import { broken, type Project } from './target.js'
import { followWithin } from './within.js'

/**
 * What starts a workspace, seen from the root. Throws `project` if the root starts something else
 * by itself: of two answers the user's own must be told from the other.
 */
export function workspaceClue(
  project: Project,
  { workspace, siblings }: { workspace: string; siblings: string[] },
): Clue {
  const own = findClues(project).find(({ isStated }) => isStated)
  if (own) {
    const { target } = own
    if (
      target.kind !== 'script' ||
      target.launch.cwd?.split('/').slice(0, workspace.split('/').length).join('/') === workspace
    )
      return own
    throw new ShipitError('project', {
      message:
        `${workspace} needs ${siblings.join(', ')} beside it, so Heroku must have the whole ` +
        'repository; and the root of that starts something else.',
      why: `${own.place.split(',')[0]} is \`${own.text}\`, which starts ${target.how}.`,
      next:
        'Set up what the root starts: shipit init .. (its folder). Or let the root start ' +
        `${workspace}: take the start script of its package.json out, and run shipit init ` +
        `${workspace} again.`,
    })
  }
  const target = followWithin(project, workspace, (inner) => {
    const clues = findClues(inner)
    const chosen =
      clues.find(({ isStated }) => isStated) ?? clues.find((clue) => clue.target.kind === 'script')
    return (
      chosen?.target ??
      broken(
        `nothing in ${workspace} says what starts it`,
        `Give ${workspace}/package.json a start script.`,
      )
    )
  })
  return {
    place:
      `the workspace ${workspace}, which needs ${siblings.join(', ')} beside it, so that the ` +
      'root is set up,',
    text: '',
    target,
    isStated: true,
  }
}
