// The box around points and borders.

export function bounds(xs, ys, rings) {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  const add = (x, y) => {
    if (x < x0) x0 = x;
    if (x > x1) x1 = x;
    if (y < y0) y0 = y;
    if (y > y1) y1 = y;
  };
  for (let i = 0; i < xs.length; i++) add(xs[i], ys[i]);
  for (const ring of rings) for (const [x, y] of ring) add(x, y);
  return Number.isFinite(x0) ? [x0, y0, x1 + 1e-6, y1 + 1e-6] : null;
}
