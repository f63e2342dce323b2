-- Listings whose release a run undoes: what they replaced is not stored, so they count as never asked for.
with forgotten as (
    delete from listing_check
    where status = any(%(kinds)s)
)

-- Their bodies are not used again in place of a call.
update request set final_through = null
where function = 'LISTING_STATUS' and path = any(%(paths)s)
