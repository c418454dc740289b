{#- The table function that reads one raw table's files in place; none where there are
    none. A clean copy that the landing checks made takes precedence. Every CSV column
    is read as text: staging casts, with a reason for each refusal. -#}
{% macro raw_files(table) -%}
    {%- if not execute -%}
        {{ return(none) }}
    {%- endif -%}
    {%- if var('raw_dir') is none -%}
        {{ exceptions.raise_compiler_error(
            "raw_way is 'files' but var 'raw_dir' names no folder; use `bowtie build --raw DIR`"
        ) }}
    {%- endif -%}
    {%- set folders = [var('landing_dir'), var('raw_dir')] | reject('none') | list -%}
    {%- for folder in folders -%}
        {%- set stem = folder ~ '/' ~ table -%}
        {%- for ending in ['csv', 'parquet'] -%}
            {%- for pattern in [stem ~ '.' ~ ending, stem ~ '/**/*.' ~ ending] -%}
                {%- set literal = "'" ~ pattern | replace("'", "''") ~ "'" -%}
                {%- set found = run_query('select count(*) from glob(' ~ literal ~ ')') -%}
                {%- if found.rows[0][0] > 0 -%}
                    {%- if ending == 'parquet' -%}
                        {{ return('read_parquet(' ~ literal ~ ', union_by_name = true)') }}
                    {%- else -%}
                        {{ return(
                            'read_csv(' ~ literal ~ ", header = true, delim = ',', quote = '\"', "
                            ~ "escape = '\"', comment = '', all_varchar = true, union_by_name = true, "
                            ~ "max_line_size = 4000000)"
                        ) }}
                    {%- endif -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}
