{#- The policy seeds of the project: [{name, path, version}], sorted by name. dbt knows
    them only once it executes. -#}
{% macro policy_seeds() -%}
    {%- set seeds = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | sort(attribute='name') -%}
            {%- if node.resource_type == 'seed' and 'policy' in node.fqn -%}
                {%- do seeds.append({
                    'name': node.name,
                    'path': node.original_file_path,
                    'version': node.checksum.checksum,
                }) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(seeds) }}
{%- endmacro %}
