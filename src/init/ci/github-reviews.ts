import { prepareSteps, type WorkflowInput } from './github.js'

/** Where GitHub Actions looks for it, from the root of the repository. */
export const REVIEW_WORKFLOW = '.github/workflows/shipit-review.yml'

const NUMBER = '${{ github.event.number }}'
const HEAD = '${{ github.event.pull_request.head.sha }}'
/** By which the comment is found again. */
const MARK = '<!-- shipit review -->'

/** The workflow: a pull request has a review app while it is open, and one comment that says where. */
export const githubReviews = (input: WorkflowInput): string =>
  `# Written by \`shipit init --ci github --reviews\`; yours to change.
#
# It needs, under Settings → Secrets and variables → Actions:
#   secret    HEROKU_API_KEY    of \`heroku authorizations:create\`
#   secret    REVIEW_VARS       NAME=value lines, the config vars that app.json asks for; may lack
#   variable  HEROKU_PIPELINE   name of the pipeline that the review apps join
#   variable  SHIPIT_PACKAGE    what \`npm install --global\` takes for shipit
name: shipit review

on:
  pull_request:
    types: [opened, synchronize, reopened, closed]

permissions:
  contents: read
  pull-requests: write

# One after the other, and none cut off: a build on Heroku cannot be cancelled.
concurrency:
  group: shipit-review-${NUMBER}
  cancel-in-progress: false

jobs:
  up:
    name: Review app
    # The pull request of a fork gets no secrets.
    if: >-
      github.event.action != 'closed' &&
      github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
${prepareSteps(input, HEAD)}
      - name: Deploy the review app
        run: >-
          printf '%s\\n' "$REVIEW_VARS" |
          shipit review up --name "pr-$NUMBER" --pipeline "$PIPELINE" --vars -
          --lock-wait 10m --json > "$RUNNER_TEMP/review.json"
        env:
${keys}          REVIEW_VARS: \${{ secrets.REVIEW_VARS }}
      - name: Say where it is
        run: |
          url=$(node -p 'JSON.parse(fs.readFileSync(process.argv[1], "utf8")).url' "$RUNNER_TEMP/review.json")
          body=$(printf '%s\\n%s serves %s.' '${MARK}' "$url" "$HEAD_SHA")
${comment(true)}
        env:
${token}          HEAD_SHA: ${HEAD}

  down:
    name: Destroy the review app
    if: >-
      github.event.action == 'closed' &&
      github.event.pull_request.head.repo.full_name == github.repository
    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
${prepareSteps(input, HEAD)}
      - run: shipit review down --name "pr-$NUMBER" --pipeline "$PIPELINE"
        env:
${keys}      - name: Say that it is gone
        run: |
          body=$(printf '%s\\nThe review app is gone.' '${MARK}')
${comment(false)}
        env:
${token}`

const keys = `          HEROKU_API_KEY: \${{ secrets.HEROKU_API_KEY }}
          PIPELINE: \${{ vars.HEROKU_PIPELINE }}
          NUMBER: ${NUMBER}
`
const token = `          GH_TOKEN: \${{ github.token }}
          NUMBER: ${NUMBER}
`

/** Changes the comment that is there; \`mayBegin\`: else writes the first. */
const comment = (mayBegin: boolean) =>
  `          id=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" \\
            --jq '.[] | select(.user.login == "github-actions[bot]" and (.body | startswith("${MARK}"))) | .id' |
            head -n 1)
          if [ -n "$id" ]; then
            gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" \\
              --raw-field body="$body"
${
  mayBegin
    ? `          else
            gh api --silent --method POST "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" \\
              --raw-field body="$body"
`
    : ''
}          fi`
