//! Three days of loan contracts: what the first day brings, what changes on the second, and a third with a column more.

/// The definition of the first two days.
pub(crate) const FIRST_DEFINITION: &str = include_str!("contract_first.csv");

/// A day's file each. The second day changes two contracts, adds two, deletes one and repeats two; the third changes one
/// and adds one that only a wider column holds.
pub(crate) const DAYS: [&str; 3] = [
    "CNTR_NO,PRDT,PRNCPL,CHG_DTM,OP\n\
     1001,mortgage,240000000.00,20261120091500,I\n\
     1002,car,18500000.00,20261120093000,I\n\
     1003,student,9000000.00,20261120101200,I\n\
     1004,mortgage,310000000.00,20261120111000,I\n\
     1005,car,27000000.00,20261120140500,I\n",
    "CNTR_NO,PRDT,PRNCPL,CHG_DTM,OP\n\
     1001,mortgage,238900000.00,20261121090000,U\n\
     1002,car,17250000.00,20261121090000,U\n\
     1003,student,9000000.00,20261121094500,D\n\
     1004,mortgage,310000000.00,20261120111000,I\n\
     1005,car,27000000.00,20261120140500,I\n\
     1006,student,7500000.00,20261121133000,I\n\
     1007,mortgage,198000000.00,20261121151000,I\n",
    "CNTR_NO,PRDT,PRNCPL,RATE,CHG_DTM,OP\n\
     1007,mortgage,198000000.00,4.125,20261122090000,U\n\
     1008,business,1250000000.00,5.300,20261122112000,I\n",
];
