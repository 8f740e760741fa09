"use strict";
(() => {
  const dictionary = {
    "Download plot as a PNG": "Tải biểu đồ về (PNG)", "Download plot as a png": "Tải biểu đồ về (PNG)", "Download plot": "Tải biểu đồ về",
    "Zoom": "Phóng to", "Pan": "Kéo", "Zoom in": "Phóng to", "Zoom out": "Thu nhỏ", "Reset axes": "Về ban đầu", "Autoscale": "Vừa khung",
  };
  const template = {layout: {paper_bgcolor: "white", plot_bgcolor: "white",
    xaxis: {gridcolor: "#E6E6E6", linecolor: "#8C8C8C"}, yaxis: {gridcolor: "#E6E6E6", linecolor: "#8C8C8C"}}};
  const config = {responsive: true, displaylogo: false, locale: "vi", locales: {vi: {dictionary, format: {}}},
    plotlyServerURL: "", modeBarButtons: [["toImage"]]};
  for (const element of document.querySelectorAll(".plot")) {
    const figure = JSON.parse(document.getElementById(element.dataset.figure).textContent);
    const layout = figure.layout;
    layout.template = template;
    if (window.innerWidth < 600) {
      layout.font.size = 11;
      layout.margin.l = 40;
      layout.margin.r = 12;
    }
    Plotly.newPlot(element, figure.data, layout, config);
  }
})();
