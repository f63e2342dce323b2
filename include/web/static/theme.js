// Light or dark as Airflow is shown: it marks its own page, which the frame may read as both are of one host.
"use strict";
(function () {
  let airflow = null;
  try {
    airflow = window.parent === window ? null : window.parent.document.documentElement;
  } catch {
    return;
  }
  if (!airflow) return;
  const follow = () => {
    const theme = ["dark", "light"].find((name) => airflow.classList.contains(name));
    if (theme) document.documentElement.dataset.theme = theme;
  };
  follow();
  new MutationObserver(follow).observe(airflow, { attributes: true, attributeFilter: ["class"] });
})();
