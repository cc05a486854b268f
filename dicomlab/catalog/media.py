"""What DICOMDIRs name beside what is there, as SQL over the tables `directory`, `files` and `instances`."""

from __future__ import annotations

# A medium writes upper case (PS3.10 8.2); what copied it may not, and may have left the version of ISO 9660.
_FOLDED = "lower(regexp_replace({}, '\\.?;1$', ''))"
_FOLDER = "regexp_replace({}, '[^/]*$', '')"

MEDIA_SQL = f"""
WITH named AS (
    SELECT d.file_key, d.record, d.sop_instance_uid, d.reason, {_FOLDED.format("d.names")} AS folded
    FROM directory d WHERE d.names IS NOT NULL OR d.reason IS NOT NULL
), roots AS (
    SELECT file_key, {_FOLDED.format(_FOLDER.format("file_key"))} AS root FROM files WHERE status = 'DICOMDIR'
), folders AS (
    SELECT DISTINCT {_FOLDED.format(_FOLDER.format("file_key"))} AS folder
    FROM files WHERE status IN ('read', 'partial') AND EXISTS (FROM roots)
), above AS (
    SELECT folder, array_to_string(list_slice(parts, 1, depth), '/') || '/' AS root
    FROM (SELECT folder, string_split(rtrim(folder, '/'), '/') AS parts,
                 unnest(range(1, len(string_split(rtrim(folder, '/'), '/')) + 1)) AS depth FROM folders)
), nearest AS (
    SELECT folder, arg_max(root, length(root)) AS root FROM above SEMI JOIN roots USING (root) GROUP BY folder
), present AS (
    SELECT {_FOLDED.format("f.file_key")} AS folded, f.file_key, f.status, i.SOPInstanceUID AS uid,
           {_FOLDED.format(_FOLDER.format("f.file_key"))} AS folder
    FROM files f LEFT JOIN instances i USING (file_key)
    WHERE f.status <> 'DICOMDIR' AND EXISTS (FROM roots)
), matched AS (
    SELECT n.file_key, n.record, n.folded, n.reason IS NOT NULL AS leads_out,
           bool_or(p.file_key IS NOT NULL) AS is_there,
           bool_or(p.status IN ('read', 'partial')) AS is_read,
           bool_or(coalesce(p.uid = n.sop_instance_uid, true)) AS is_same
    FROM named n LEFT JOIN present p USING (folded) GROUP BY ALL
), counted AS (
    SELECT file_key, count(*) AS n_named,
           count(*) FILTER (NOT is_there) AS n_missing,
           count(*) FILTER (is_there AND NOT is_read) AS n_unreadable,
           count(*) FILTER (is_read AND NOT is_same) AS n_other,
           count(*) FILTER (leads_out) AS n_leading_out
    FROM matched GROUP BY file_key
), beside AS (
    SELECT r.root, count(*) AS n_unnamed
    FROM present p JOIN nearest r USING (folder) ANTI JOIN named n ON n.folded = p.folded
    WHERE p.status IN ('read', 'partial') GROUP BY r.root
)
SELECT r.file_key, coalesce(n_named, 0)::BIGINT AS n_named, coalesce(n_missing, 0)::BIGINT AS n_missing,
       coalesce(n_unreadable, 0)::BIGINT AS n_unreadable, coalesce(n_other, 0)::BIGINT AS n_other,
       coalesce(n_leading_out, 0)::BIGINT AS n_leading_out, coalesce(n_unnamed, 0)::BIGINT AS n_unnamed,
       CASE WHEN n_named IS NULL THEN 'names nothing'
            WHEN n_missing = n_named THEN 'stale'
            WHEN n_missing + n_unreadable + n_other + coalesce(n_unnamed, 0) > 0 THEN 'partial'
            ELSE 'complete' END AS verdict
FROM roots r LEFT JOIN counted USING (file_key) LEFT JOIN beside USING (root)
ORDER BY r.file_key
"""
"""One row a DICOMDIR. A file counts as beside the nearest DICOMDIR above it."""
