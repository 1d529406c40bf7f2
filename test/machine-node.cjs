// Apps of the tests run on this machine's Node.js: what brings another one is tested by its own
// tests, which say so.
process.env.SHIPIT_LOCAL_NODE ??= 'machine'
