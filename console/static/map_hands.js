// What pointer, wheel and keyboard do to the map.

export const ZOOM = 1.35;

export function listen(map) {
  const { canvas } = map;
  let drag = null;
  canvas.addEventListener("pointerdown", (e) => {
    canvas.setPointerCapture(e.pointerId);
    drag = { x: e.offsetX, y: e.offsetY, far: 0 };
  });
  canvas.addEventListener("pointermove", (e) => {
    if (!map.view) return;
    if (!drag) {
      const i = map.find(e.offsetX, e.offsetY);
      canvas.style.cursor = i >= 0 ? "pointer" : "grab";
      map.showTip(i, e.offsetX, e.offsetY);
      return;
    }
    const dx = e.offsetX - drag.x;
    const dy = e.offsetY - drag.y;
    drag = { x: e.offsetX, y: e.offsetY, far: drag.far + Math.hypot(dx, dy) };
    if (drag.far > 4) {
      map.tip.hidden = true;
      map.moveBy(dx, dy);
    }
  });
  canvas.addEventListener("pointerup", (e) => {
    const clicked = drag && drag.far <= 4;
    drag = null;
    const i = clicked ? map.find(e.offsetX, e.offsetY) : -1;
    if (i >= 0) map.open(map.store.id[i]);
  });
  canvas.addEventListener("pointercancel", () => (drag = null));
  canvas.addEventListener("pointerleave", () => (map.tip.hidden = true));
  canvas.addEventListener("dblclick", (e) => map.zoomBy(2, e.offsetX, e.offsetY));
  canvas.addEventListener("wheel", (e) => {
    e.preventDefault();
    map.zoomBy(Math.exp(-Math.max(-120, Math.min(120, e.deltaY)) / 300), e.offsetX, e.offsetY);
  }, { passive: false });
  canvas.addEventListener("keydown", (e) => key(map, e));
  canvas.addEventListener("blur", () => {
    map.focus = -1;
    map.tip.hidden = true;
    map.draw();
  });
}

function key(map, e) {
  if (e.ctrlKey || e.metaKey || e.altKey) return;
  const acts = {
    ArrowLeft: () => map.moveBy(80, 0),
    ArrowRight: () => map.moveBy(-80, 0),
    ArrowUp: () => map.moveBy(0, 80),
    ArrowDown: () => map.moveBy(0, -80),
    "+": () => map.zoomBy(ZOOM),
    "=": () => map.zoomBy(ZOOM),
    "-": () => map.zoomBy(1 / ZOOM),
    0: () => map.showAll(),
    n: () => map.step(1),
    p: () => map.step(-1),
    Enter: () => map.focus >= 0 && map.open(map.store.id[map.focus]),
  };
  const act = acts[e.key] ?? acts[e.key.toLowerCase()];
  if (!act) return;
  e.preventDefault();
  act();
}
