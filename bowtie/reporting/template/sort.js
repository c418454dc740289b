// Sorts a table by the heading that is pressed: up, then down. Missing values last.
for (const button of document.querySelectorAll("table.sortable th button")) {
  button.addEventListener("click", () => {
    const heading = button.closest("th");
    const body = heading.closest("table").tBodies[0];
    const up = heading.getAttribute("aria-sort") !== "ascending";
    const numeric = heading.classList.contains("number");
    const key = (row) => {
      const held = row.cells[heading.cellIndex].querySelector("data");
      return held.value || numeric || held.textContent === "–" ? held.value : held.textContent;
    };
    const compare = (a, b) => {
      if (a === "" || b === "") return (a === "") - (b === "");
      const order = numeric ? a - b : a.localeCompare(b, "en", { numeric: true });
      return up ? order : -order;
    };
    const rows = [...body.rows].sort((a, b) => compare(key(a), key(b)));
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", up ? "ascending" : "descending");
    body.append(...rows);
  });
}
