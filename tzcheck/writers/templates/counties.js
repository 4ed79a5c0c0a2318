(() => {
  const form = document.getElementById("filter");
  const labels = cell => cell.textContent.split(" ").filter(Boolean);
  const rows = [...document.querySelectorAll(".county tbody tr")].map((row, index) => {
    const [place, share, , unmet, open] = row.cells;
    const [name, code] = [place.firstElementChild.textContent.toLowerCase(), place.lastChild.data.trim()];
    return {
      row, index, name, code, more: null, verdict: row.dataset.v, share: parseFloat(share.textContent),
      standard: row.closest(".standard").id.slice(3), failing: new Set([...labels(unmet), ...labels(open)]),
    };
  });
  const every = new Set(rows.map(one => one.name + one.code)).size;
  const words = document.getElementById("words"), asked = document.getElementById("asked");
  const order = document.getElementById("order"), count = document.getElementById("count");
  const filter = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = new Set([...form.elements.verdict].filter(one => one.checked).map(one => one.value));
    const [standard, indicator] = asked.value.split(" ");
    const shown = new Set();
    for (const one of rows) {
      const fits = verdicts.has(one.verdict) && (!standard || standard === one.standard)
        && (!indicator || one.failing.has(indicator))
        && wanted.every(word => one.name.includes(word) || one.code.startsWith(word));
      one.row.hidden = !fits;
      if (fits) shown.add(one.name + one.code);
    }
    const narrowed = standard || wanted.length > 0;
    for (const one of document.querySelectorAll(".standard")) {
      const left = one.querySelector("tbody tr:not([hidden])");
      one.hidden = !left;
      if (left && narrowed) one.open = true;
    }
    count.textContent = count.dataset.text.replace("{shown}", shown.size).replace("{all}", every);
  };
  order.addEventListener("change", () => {
    const low = (one, other) => (one.share - other.share) || isNaN(one.share) - isNaN(other.share);
    for (const one of [...rows].sort((one, other) => (order.value && low(one, other)) || one.index - other.index)) {
      one.row.parentNode.append(one.row);
    }
  });
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", event => event.preventDefault());
  document.addEventListener("switched", filter);
  filter();
})();
