/** The page's style. It is readable from 320 px on, and follows the browser's light or dark. */
export const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { margin: 0 }
main { max-width: 44rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.4rem; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin-top: 2rem }
code { overflow-wrap: anywhere }
.job { border: 1px solid GrayText; border-radius: .4rem; padding: .2rem 1rem 1rem; margin: 1rem 0 }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .6rem 1rem }
dt { font-size: .85rem; opacity: .8 }
dd { margin: 0; overflow-wrap: anywhere }
label { display: block; margin: .8rem 0 }
input, select { display: block; box-sizing: border-box; width: 100%; font: inherit; padding: .4rem }
button { font: inherit; padding: .4rem 1rem }
.remove { margin-top: 1rem }
.refused { border-left: .3rem solid #c23; padding: .4rem .8rem }
summary { cursor: pointer; padding: .3rem 0 }
`
