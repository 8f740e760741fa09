"""Files of index figures as publishers and others hand them on: which kind a file is, and its scores with the place of each.

Layouts of workbooks and long tables are declared in ``layouts``; a map of one's own lies beside a file, see ``docs/index_layouts.md``.
"""

from analysis.ingest.index_files.layout_maps import layouts
from analysis.ingest.index_files.provinces import Province, ProvinceNames
from analysis.ingest.index_files.reader import INDEX_LAYOUTS, read_index_file, recognise

__all__ = ["INDEX_LAYOUTS", "Province", "ProvinceNames", "layouts", "read_index_file", "recognise"]
