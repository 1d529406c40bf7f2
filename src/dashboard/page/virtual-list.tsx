/** A long list, of which only what is seen is in the document. All rows are of one height. */
import type { ComponentChildren, JSX, RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Slots } from './slots.js'

/** Rows drawn above and below what is seen, so that a scroll finds them there. */
const AROUND = 8

export interface VirtualListProps<Item> {
  items: readonly Item[]
  rowHeight: number
  keyOf(item: Item): string | number
  draw(item: Item, index: number): ComponentChildren
  /** The element that scrolls: its owner moves it, and gives it names and roles. */
  scroller: RefObject<HTMLDivElement | null>
  class: string
  attributes?: JSX.IntrinsicElements['div']
  /** Stays at the end while lines come. */
  isFollowing?: boolean
  onScroll?(isAtEnd: boolean, isAtStart: boolean): void
}

export function VirtualList<Item>(props: VirtualListProps<Item>) {
  const { items, rowHeight, scroller, isFollowing } = props
  const [view, setView] = useState({ top: 0, height: 800 })
  const [slots] = useState(() => new Slots())
  const frame = useRef(0)
  const look = () => {
    frame.current = 0
    const element = scroller.current
    if (!element) return
    setView((last) =>
      last.top === element.scrollTop && last.height === element.clientHeight
        ? last
        : { top: element.scrollTop, height: element.clientHeight },
    )
  }
  useEffect(() => {
    const observer = new ResizeObserver(look)
    if (scroller.current) observer.observe(scroller.current)
    return () => {
      observer.disconnect()
      cancelAnimationFrame(frame.current)
    }
  }, [])
  const height = items.length * rowHeight
  // A list that is full has the same height whatever comes: to scroll would only cost a layout.
  useLayoutEffect(() => {
    if (isFollowing && scroller.current) scroller.current.scrollTop = height
  }, [height, isFollowing, view])
  const onScroll = () => {
    if (frame.current === 0) frame.current = requestAnimationFrame(look)
    const element = scroller.current
    if (!element || !props.onScroll) return
    const { scrollTop, scrollHeight, clientHeight } = element
    props.onScroll(scrollHeight - scrollTop - clientHeight < rowHeight, scrollTop < rowHeight)
  }
  // What was scrolled to may be past the end of a list that has become shorter.
  const end = Math.max(0, height - view.height)
  const top = isFollowing ? end : Math.min(view.top, end)
  const first = Math.max(0, Math.floor(top / rowHeight) - AROUND)
  const last = Math.min(items.length, Math.ceil((top + view.height) / rowHeight) + AROUND)
  const seen = items.slice(first, last)
  const places = slots.of(seen.map(props.keyOf))
  return (
    <div ref={scroller} class={`virtual ${props.class}`} onScroll={onScroll} {...props.attributes}>
      <div class="virtual-room" role="presentation" style={{ height: `${height}px` }}>
        <div
          class="virtual-rows"
          role="presentation"
          style={{ transform: `translateY(${first * rowHeight}px)` }}
        >
          {seen.map((item, at) => (
            <Row key={places[at]}>{props.draw(item, first + at)}</Row>
          ))}
        </div>
      </div>
    </div>
  )
}

const Row = ({ children }: { children: ComponentChildren }) => <>{children}</>

/** Scrolls as little as shows the row. */
export function showRow(element: HTMLElement | null, index: number, rowHeight: number): void {
  if (!element) return
  const top = index * rowHeight
  if (top < element.scrollTop) element.scrollTop = top
  else if (top + rowHeight > element.scrollTop + element.clientHeight)
    element.scrollTop = top + rowHeight - element.clientHeight
}

/** Whether the screen is a phone's: rows have two lines there. */
export function useNarrow(): boolean {
  const [query] = useState(() => matchMedia('(max-width: 719px)'))
  const [isNarrow, setIsNarrow] = useState(query.matches)
  useEffect(() => {
    const changed = () => setIsNarrow(query.matches)
    query.addEventListener('change', changed)
    return () => query.removeEventListener('change', changed)
  }, [query])
  return isNarrow
}
