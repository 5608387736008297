from naru_airflow import job_dag

dag = job_dag(__file__)
