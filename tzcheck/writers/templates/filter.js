(() => {
  const form = document.getElementById("filter");
  const rows = [...document.querySelectorAll("tr.ind")].map(row => ({
    row, more: row.nextElementSibling?.classList.contains("more") ? row.nextElementSibling : null,
    verdict: row.dataset.v, place: row.closest(".of-place").dataset.place,
  }));
  const read = () => {
    for (const one of rows) {
      one.text = (one.row.textContent + " " + (one.more ? one.more.textContent : "")).toLowerCase();
    }
  };
  const words = document.getElementById("words"), place = document.getElementById("place");
  const count = document.getElementById("count");
  const narrowed = () => words.value.trim() !== "" || [...form.elements.verdict].some(one => !one.checked);
  const filter = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = new Set([...form.elements.verdict].filter(one => one.checked).map(one => one.value));
    let shown = 0;
    for (const one of rows) {
      const fits = verdicts.has(one.verdict) && (!place || !place.value || place.value === one.place)
        && wanted.every(word => one.text.includes(word));
      one.row.hidden = !fits;
      if (one.more) one.more.hidden = !fits;
      shown += fits;
    }
    for (const one of document.querySelectorAll(".standard")) {
      const left = one.querySelector("tr.ind:not([hidden])");
      one.hidden = !left;
      if (left && narrowed()) one.open = true;
    }
    for (const one of document.querySelectorAll(".of-place")) one.hidden = !one.querySelector("tr.ind:not([hidden])");
    count.textContent = count.dataset.text.replace("{shown}", shown).replace("{all}", rows.length);
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", event => event.preventDefault());
  document.addEventListener("switched", () => { read(); filter(); });
  read();
  filter();
})();
