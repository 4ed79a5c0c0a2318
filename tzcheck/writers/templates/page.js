(() => {
  // What is folded up is printed too, and what a link leads to is opened.
  const opened = [];
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details:not([open])")) { one.open = true; opened.push(one); }
  });
  addEventListener("afterprint", () => { for (const one of opened.splice(0)) one.open = false; });
  const go = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", go);
  // What is wider than its room can be scrolled by keyboard.
  const rooms = new ResizeObserver(entries => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const one of document.querySelectorAll(".plotted")) rooms.observe(one);
  // The texts of the other language stand in the order of this page's own.
  const button = document.getElementById("lang");
  const { texts, places } = JSON.parse(document.getElementById("switched").textContent);
  let other = places.map(one => one < 0 ? null : texts[one]);
  document.documentElement.normalize();
  const slots = [];
  const collect = node => {
    for (const name of ["aria-label", "data-text"]) {
      if (node.hasAttribute(name)) {
        slots.push({ get: () => node.getAttribute(name), set: said => node.setAttribute(name, said) });
      }
    }
    for (const one of node.childNodes) {
      if (one.nodeType === Node.TEXT_NODE && one.data.trim() && !["SCRIPT", "STYLE"].includes(node.nodeName)) {
        slots.push({ get: () => one.data.trim(), set: said => { one.data = one.data.replace(one.data.trim(), () => said); } });
      } else if (one.nodeType === Node.ELEMENT_NODE) collect(one);
    }
  };
  collect(document.documentElement);
  button.hidden = slots.length !== other.length;
  button.addEventListener("click", () => {
    const now = slots.map(one => one.get());
    slots.forEach((one, index) => { if (other[index] !== null) one.set(other[index]); });
    other = other.map((one, index) => one === null ? null : now[index]);
    const lang = document.documentElement.lang;
    document.documentElement.lang = button.lang;
    button.lang = lang;
    document.dispatchEvent(new Event("switched"));
  });
  go();
})();
