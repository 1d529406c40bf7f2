const express = require('express')
const greeting = require('./greeting.js')

const app = express()

app.get('/', (_request, response) => {
  response.json({
    greeting,
    dyno: process.env.DYNO,
    // PM2 numbers the processes that it keeps of one app.
    instance: process.env.NODE_APP_INSTANCE,
    pid: process.pid,
  })
})

app.get('/healthz', (_request, response) => {
  response.send('ok')
})

// A request that takes its time, as a report or an upload does.
app.get('/slow', (_request, response) => {
  setTimeout(() => response.send('done'), 500)
})

const port = process.env.PORT || 3000
app.listen(port, () => console.log(`listening on ${port}`))
