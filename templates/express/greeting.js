module.exports = 'Hello from Heroku'
