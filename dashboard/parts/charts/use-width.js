/** How wide a part of the page is: a chart is drawn in pixels, so that nothing in it is stretched. */
import { useEffect, useRef, useState } from '../../app/preact.js';

const BEFORE_MEASURED = 720;

/** @returns {[{current: any}, number]} the reference to put on the element, its width in pixels */
export function useWidth() {
  const element = useRef(null);
  const [width, setWidth] = useState(BEFORE_MEASURED);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(240, Math.floor(entry.contentRect.width))));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
